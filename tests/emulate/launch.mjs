// Starts the Slack service of emulate with the people and rooms of our tests, on 127.0.0.1.
// Reads {port, team, token, scopes, bot, users, channels} from stdin; prints "ready"; ends with stdin.
import { createEmulator } from "emulate";
// The store has no public way in; the file's name carries a hash, so the version is pinned.
import { getSlackStore, slackPlugin } from "./node_modules/emulate/dist/dist-6ZQHD4DN.js";

const lines = process.stdin.setEncoding("utf8")[Symbol.asyncIterator]();
const wanted = JSON.parse((await lines.next()).value);
let store;
const { register } = slackPlugin;
slackPlugin.register = (app, kept, ...rest) => {
  store = kept;
  return register.call(slackPlugin, app, kept, ...rest);
};
const emulator = await createEmulator({
  service: "slack",
  port: wanted.port,
  seed: { slack: { strict_scopes: true } },
});
const slack = getSlackStore(store);
const { id: number, ...sample } = slack.users.all()[0];
const team = slack.teams.all()[0];
slack.teams.update(team.id, { team_id: wanted.team });
for (const user of [...wanted.users, { id: wanted.bot, email: "" }])
  slack.users.insert({
    ...sample,
    user_id: user.id,
    team_id: wanted.team,
    name: user.id.toLowerCase(),
    email: user.email,
    is_bot: user.id === wanted.bot,
    profile: { ...sample.profile, email: user.email },
  });
const { id: first, ...general } = slack.channels.all()[0];
for (const channel of wanted.channels)
  slack.channels.insert({ ...general, ...channel, team_id: wanted.team, name: channel.channel_id.toLowerCase() });
slack.tokens.insert({
  token: wanted.token,
  token_type: "bot",
  team_id: wanted.team,
  user_id: wanted.bot,
  scopes: wanted.scopes,
  bot_user_id: wanted.bot,
  bot_id: "B0BOT",
  app_id: "A1",
});
process.stdout.write("ready\n");
while (!(await lines.next()).done);
await emulator.close();
