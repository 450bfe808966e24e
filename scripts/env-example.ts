import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { settings } from '../config/config.ts';

/** Writes .env.example from config/config.ts, or with --check says whether the committed one is current. */
const FILE = '.env.example';

/** A hidden setting is for tests: it is read, but no operator is shown it. */
const isShown = ([, schema]: [string, z.ZodType]): boolean => schema.meta()?.['hidden'] !== true;

function line([name, schema]: [string, z.ZodType]): string {
  const { description = '', default: fallback } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  });
  const value = typeof fallback === 'string' || typeof fallback === 'number' ? String(fallback) : '';
  return `# ${description}\n#${name}=${value}\n`;
}

const header =
  '# Settings of Steward: generated from config/config.ts by `npm run env-example`. Copy to .env and uncomment.\n\n';
const text = header + Object.entries(settings.shape).filter(isShown).map(line).join('\n');
if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text)
  throw new Error(`${FILE} is out of date: run npm run env-example.`);
