// What htmx leaves to the page: the sheet, bringing an answer into sight, and calm errors.
"use strict";

const sheet = document.getElementById("sheet");
const notice = document.getElementById("notice");

function tell(text) {
  notice.textContent = text;
  if (text) notice.scrollIntoView({ block: "nearest" });
}

document.addEventListener("hitotsubu", (event) => {
  if (event.detail.sheet === "open" && !sheet.open) sheet.showModal();
  if (event.detail.sheet === "open") sheet.scrollTop = 0;
  if (event.detail.sheet === "close" && sheet.open) sheet.close();
  const card = event.detail.look && document.getElementById(event.detail.look);
  if (!card) return;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
  if (card.getBoundingClientRect().top < 0) card.scrollIntoView({ block: "start" });
});

document.addEventListener("htmx:beforeRequest", () => tell(""));
document.addEventListener("htmx:responseError", (event) => tell(event.detail.xhr.responseText));
document.addEventListener("htmx:sendError", () => tell(document.body.dataset.offline));

// A touch beside the sheet closes it, as everywhere on a phone.
sheet?.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });

// Who writes is here: the server hears of it at most every 5 minutes, and a session that is over
// is said at once, while the text is still on the page.
const STEP = 5 * 60 * 1000;
let heard = Date.now();
let waiting = 0;

async function touch() {
  waiting = 0;
  heard = Date.now();
  const answer = await fetch("/here", { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.status === 401) tell(await answer.text());
}

document.addEventListener("input", () => {
  waiting ||= setTimeout(touch, Math.max(0, heard + STEP - Date.now()));
});

// Ctrl+Enter or ⌘+Enter sends; Enter alone is a new line, so that Japanese input is left in peace.
document.addEventListener("keydown", (event) => {
  const send = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing;
  if (send && event.target.id === "text") event.target.form.requestSubmit();
});
