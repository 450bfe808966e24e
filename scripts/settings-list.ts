import { z } from 'zod';

export interface Setting {
  name: string;
  description: string;
  /** The default as it would stand in `.env`; empty when there is none. */
  fallback: string;
  /** The accepted values, where they can be listed. */
  choices: readonly string[];
}

/** What a schema says of each setting, in its order. A hidden one is for tests: it is read, but no operator is shown it. */
export const listSettings = (shape: Readonly<Record<string, z.ZodType>>): Setting[] =>
  Object.entries(shape)
    .filter(([, schema]) => schema.meta()?.['hidden'] !== true)
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
