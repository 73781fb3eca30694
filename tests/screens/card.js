// Draws an Adaptive Card in the browser, once for each of Teams' themes: `draw(card, frame)`.
const THEMES = {
  light: { back: "#ffffff", page: "#f5f5f5", text: "#242424", subtle: "#616161", quote: "#f5f5f5",
    line: "#d1d1d1", accent: "#5b5fc7", good: "#0e700e", attention: "#c4314b", warning: "#835b00", mark: "#ffe58f" },
  dark: { back: "#292929", page: "#1f1f1f", text: "#ffffff", subtle: "#adadad", quote: "#1f1f1f",
    line: "#525252", accent: "#9299f7", good: "#92c353", attention: "#f87c86", warning: "#f8d22a", mark: "#665300" },
  contrast: { back: "#000000", page: "#000000", text: "#ffffff", subtle: "#ffffff", quote: "#000000",
    line: "#ffffff", accent: "#ffff01", good: "#3ff23f", attention: "#ffff01", warning: "#ffff01", mark: "#000000" },
};

function config(theme) {
  const one = (color) => ({ default: color, subtle: color });
  const colors = {
    default: { default: theme.text, subtle: theme.subtle }, dark: one(theme.text),
    light: one(theme.text), accent: one(theme.accent), good: one(theme.good),
    warning: one(theme.warning), attention: one(theme.attention),
  };
  for (const color of Object.values(colors)) color.highlightColors = one(theme.mark);
  const style = (back) => ({ backgroundColor: back, foregroundColors: colors, borderColor: theme.line });
  return {
    choiceSetInputValueSeparator: ",", supportsInteractivity: true,
    fontFamily: "'Segoe UI', 'Noto Sans', 'Noto Sans CJK JP', sans-serif",
    spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 12 },
    separator: { lineThickness: 1, lineColor: theme.line },
    fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
    fontWeights: { lighter: 200, default: 400, bolder: 600 },
    containerStyles: { default: style(theme.back), emphasis: style(theme.quote) },
    actions: { maxActions: 6, spacing: "default", buttonSpacing: 8, actionsOrientation: "horizontal",
      actionAlignment: "left", showCard: { actionMode: "inline" } },
    textStyles: { heading: { size: "large", weight: "bolder", color: "default", isSubtle: false } },
    factSet: { title: { weight: "bolder", wrap: true, maxWidth: 130 }, value: { wrap: true }, spacing: 12 },
    inputs: { label: { inputSpacing: "small", requiredInputs: { weight: "bolder", suffix: " *",
      suffixColor: "attention" }, optionalInputs: { weight: "bolder" } },
      errorMessage: { color: "attention" } },
  };
}

// eslint-disable-next-line no-unused-vars -- called from the page that make.py writes
function draw(card) {
  const markdown = window.markdownit();
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = markdown.render(text);
    result.didProcess = true;
  };
  for (const [name, theme] of Object.entries(THEMES)) {
    const made = new AdaptiveCards.AdaptiveCard();
    made.hostConfig = new AdaptiveCards.HostConfig(config(theme));
    made.parse(card);
    const column = document.createElement("section");
    column.className = name;
    for (const [key, value] of Object.entries(theme)) column.style.setProperty(`--${key}`, value);
    column.innerHTML = "<p class=from>ヒトツブ <small>11:00</small></p><div class=card></div>";
    column.querySelector(".card").append(made.render());
    for (const radio of column.querySelectorAll("input[type=radio]")) radio.name += name;
    document.body.append(column);
  }
}
