// Adaptive Cards on stdin (a JSON list), what is wrong with them on stdout (a JSON list of lists):
// by the published JSON schema (first argument) and by Microsoft's own parser.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const Ajv = require("ajv");
const AC = require("adaptivecards/dist/adaptivecards.js");
const schema = JSON.parse(readFileSync(process.argv[2], "utf8"));
delete schema.id; // draft 6 says $id; references are local ones
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
ajv.addMetaSchema(require("ajv/dist/refs/json-schema-draft-06.json"));
const valid = ajv.compile(schema);

function bySchema(card) {
  const { msteams, ...bare } = card; // Teams' own addition, which the schema does not know
  if (valid(bare)) return [];
  // Of the many branches that do not fit, those name the fault that are about our element's kind.
  const told = valid.errors.map((one) => `${one.instancePath} ${one.message} ${JSON.stringify(one.params)}`);
  return [`schema: ${[...new Set(told)].slice(0, 6).join("; ")}`];
}

function byParser(card) {
  const context = new AC.SerializationContext(AC.Versions.v1_5);
  const parsed = new AC.AdaptiveCard();
  parsed.hostConfig = new AC.HostConfig({ actions: { maxActions: 6 } }); // as Teams has it
  parsed.parse(card, context);
  const found = [];
  for (let at = 0; at < context.eventCount; at++) found.push(`parser: ${context.getEventAt(at).message}`);
  for (const one of parsed.validateProperties().validationEvents) found.push(`parser: ${one.message}`);
  return found;
}

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const cards = JSON.parse(Buffer.concat(chunks).toString("utf8"));
process.stdout.write(JSON.stringify(cards.map((card) => [...bySchema(card), ...byParser(card)])));
