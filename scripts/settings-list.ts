import { z } from 'zod';

export interface Setting {
  name: string;
  description: string;
  /** The default as it would stand in `.env`; empty when there is none. */
  fallback: string;
  /** The accepted values, where they can be listed. */
  choices: readonly string[];
}

/** These settings stop processes on purpose. CONTRIBUTING.md explains them to the authors of such tests. */
const FOR_TESTS = new Set(['CRASH_AT', 'STOP_AT']);

/** What a schema says about each setting, in its order, without those that only tests use. */
export const listSettings = (shape: Readonly<Record<string, z.ZodType>>): Setting[] =>
  Object.entries(shape)
    .filter(([name]) => !FOR_TESTS.has(name))
    .map(([name, schema]) => {
      const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
      const { description = '', default: fallback, enum: choices = [] } = described;
      return {
        name,
        description,
        fallback: typeof fallback === 'string' || typeof fallback === 'number' ? String(fallback) : '',
        choices: choices.map(String),
      };
    });
