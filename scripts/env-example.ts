import { settings } from '../config/config.ts';
import { keepGenerated } from './generated-file.ts';
import { listSettings } from './settings-list.ts';

/** Writes .env.example from config/config.ts, or with --check says whether the committed one is current. */
const header =
  '# Settings of Steward: generated from config/config.ts by `npm run env-example`. Copy to .env and uncomment.\n\n';
const lines = listSettings(settings.shape).map(
  ({ name, description, fallback }) => `# ${description}\n#${name}=${fallback}\n`,
);
keepGenerated('.env.example', header + lines.join('\n'), 'npm run env-example');
