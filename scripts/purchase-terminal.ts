import { createInterface } from 'node:readline/promises';
import { asking, isOptional, typedValue } from '../demo/purchaser/form.ts';
import type { AskPerson } from '../demo/purchaser/order.ts';
import type { Json } from '../schemas/core/json.ts';

/** Fills in a form with the person at the terminal, one field a line. An empty line leaves an optional field out. */
export const askOnTerminal: AskPerson = async (fields) => {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const values: Record<string, Json> = {};
  try {
    for (const field of asking(fields)) {
      const choices = field.data?.values?.map((choice, index) => `${index + 1} ${choice}`).join(', ');
      const notes = [choices, isOptional(field) ? 'optional' : undefined].filter(
        (note) => note !== undefined,
      );
      const typed = await terminal.question(
        `   ${field.name}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}: `,
      );
      const value =
        field.data?.values?.[Number(typed) - 1] ?? typedValue(field, typed) ?? field.data?.default;
      if (value !== undefined) values[field.id] = value;
    }
  } finally {
    terminal.close();
  }
  return values;
};
