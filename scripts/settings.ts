import { settings } from '../families/config.ts';
import { runScript } from './command-line.ts';
import { keepGenerated } from './generated-file.ts';
import { GROUPS } from './settings-groups.ts';
import { listSettings } from './settings-list.ts';
import { settingsTables } from './settings-table.ts';

const header = `# Settings

Generated from the configuration's schemas by \`npm run settings\`.

Settings come from the environment or from a file \`.env\`. [.env.example](../.env.example) lists the same settings, to copy. A bad
value stops the start with a message that names it. The last column says which process reads a setting when they run apart;
\`npm start\` and \`npm run demo\` read all of them, and bring what is not set.

Keep what is marked **Secret** out of logs, tickets and images. [SECURITY.md](../SECURITY.md#keys) says what each key can do.

`;

await runScript({
  name: 'settings',
  about: 'Writes docs/SETTINGS.md from the settings of the engine and of the families.',
  options: { check: { about: 'only say whether the committed one is current' } },
  examples: ['steward settings', 'steward settings --check'],
  run({ values: { check } }) {
    const text = header + settingsTables(listSettings(settings.shape), GROUPS);
    keepGenerated('docs/SETTINGS.md', text, 'npm run settings', check);
  },
});
