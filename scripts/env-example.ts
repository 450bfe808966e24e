import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { settings } from '../config.ts';
import { runScript } from './command-line.ts';

const FILE = '.env.example';

function line([name, schema]: [string, z.ZodType]): string {
  const { description = '', default: fallback } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  });
  const value = typeof fallback === 'string' || typeof fallback === 'number' ? String(fallback) : '';
  return `# ${description}\n#${name}=${value}\n`;
}

const header =
  '# Settings of Steward: generated from config.ts by `npm run env-example`. Copy to .env and uncomment.\n\n';

await runScript({
  name: 'env-example',
  about: 'Writes .env.example from config.ts.',
  options: { check: { about: 'only say whether the committed one is current' } },
  examples: ['steward env-example', 'steward env-example --check'],
  run({ values: { check } }) {
    const text = header + Object.entries(settings.shape).map(line).join('\n');
    if (!check) writeFileSync(FILE, text);
    else if (readFileSync(FILE, 'utf8') !== text)
      throw new Error(`${FILE} is out of date: run npm run env-example.`);
  },
});
