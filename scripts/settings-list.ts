import { z } from 'zod';

export interface Setting {
  name: string;
  description: string;
  /** As it would stand in `.env`; empty where there is none. */
  fallback: string;
  /** The values that are taken, where they can be listed. */
  choices: readonly string[];
}

/** They stop processes on purpose: CONTRIBUTING.md explains them to whoever writes such tests. */
const FOR_TESTS = new Set(['CRASH_AT', 'STOP_AT']);

/** What a schema says of each setting, in its order, except of those that only tests use. */
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
