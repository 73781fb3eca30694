// Block Kit to HTML: a JSON list of {blocks} on stdin, a JSON list of HTML texts on stdout.
import { createRequire } from "node:module";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";

const require = createRequire(import.meta.url);
const { Message } = require("slack-blocks-to-jsx");
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const screens = JSON.parse(Buffer.concat(chunks).toString("utf8"));
const drawn = screens.map(({ blocks }) =>
  renderToStaticMarkup(
    createElement(Message, { name: "ヒトツブ", logo: "", time: new Date(0), blocks, withoutWrapper: true }),
  ),
);
process.stdout.write(JSON.stringify(drawn));
