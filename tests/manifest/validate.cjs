// Reads a list of {version, manifest, words} from standard input and prints for each what Microsoft's
// schemas object to.
// fs-extra stands in package.json because app-manifest 1.1.2 needs it and forgets to say so.
const fs = require("fs");
const path = require("path");
const { AppManifestUtils } = require("@microsoft/app-manifest");

const SCHEMAS = path.join(path.dirname(require.resolve("@microsoft/app-manifest")), "json-schemas");

function schema(version, kind) {
  const file = path.join(SCHEMAS, "teams", `v${version}`, `MicrosoftTeams${kind}.schema.json`);
  const found = JSON.parse(fs.readFileSync(file, "utf8").replace(/\\a/g, "\\u0007"));
  // Not regular expressions by the standard that ajv keeps to, and of activities, which we lack.
  for (const pattern of Object.keys(found.patternProperties || {})) {
    if (pattern.startsWith("^activities")) delete found.patternProperties[pattern];
  }
  return found;
}

async function objections({ version, manifest, words }) {
  return [
    ...(await AppManifestUtils.validateAgainstSchema(manifest, schema(version, ""))),
    ...(await AppManifestUtils.validateAgainstSchema(words, schema(version, ".Localization"))),
  ];
}

Promise.all(JSON.parse(fs.readFileSync(0, "utf8")).map(objections)).then((found) =>
  console.log(JSON.stringify(found)),
);
