import { settings } from '../config/config.ts';
import { runScript } from './command-line.ts';
import { keepGenerated } from './generated-file.ts';
import { listSettings } from './settings-list.ts';

const header =
  '# Settings of Steward: generated from config/config.ts by `npm run env-example`. Copy to .env and uncomment.\n\n';

await runScript({
  name: 'env-example',
  about: 'Writes .env.example from config/config.ts.',
  options: { check: { about: 'only say whether the committed one is current' } },
  examples: ['steward env-example', 'steward env-example --check'],
  run({ values: { check } }) {
    const lines = listSettings(settings.shape).map(
      ({ name, description, fallback }) => `# ${description}\n#${name}=${fallback}\n`,
    );
    keepGenerated('.env.example', header + lines.join('\n'), 'npm run env-example', check);
  },
});
