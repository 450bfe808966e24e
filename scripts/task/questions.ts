import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { PlanQuestion } from '../../schemas/core/understanding.ts';
import { fieldsOf, inWords, plain } from './words.ts';

/** Questions as `error.details` has them: `path` is the field, `message` the question. */
export function readQuestions(details: Json | undefined): PlanQuestion[] {
  if (!Array.isArray(details)) return [];
  return details.flatMap((entry) => {
    const { path, message, ...more } = fieldsOf(entry);
    const read = PlanQuestion.safeParse({ type: 'text', ...more, field: path, question: message });
    return read.success ? [read.data] : [];
  });
}

/** The question, what may be answered, and what would do. */
export function questionLines({
  field,
  question,
  choices,
  min,
  max,
  format,
  example,
}: PlanQuestion): string[] {
  const notes = [
    ...(format === undefined ? [] : [`a ${format}`]),
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
    ...(example === undefined ? [] : [`for example ${inWords(example)}`]),
  ];
  return [
    `  ${plain(question)} [${plain(field)}]${notes.length === 0 ? '' : ` (${plain(notes.join(', '))})`}`,
    ...(choices ?? []).map((choice, index) => `    ${index + 1}  ${plain(choice)}`),
  ];
}

type Answer = { ok: true; value: Json } | { ok: false; why: string };

/** What somebody typed, as the question's type wants it. A choice may be its number or its name. */
export function readAnswer({ type, choices = [], min, max }: PlanQuestion, typed: string): Answer {
  const text = typed.trim();
  if (text === '') return { ok: false, why: 'Nothing is filled in for you here: type an answer.' };
  if (type === 'number') return readNumber(text, min, max);
  if (type === 'boolean') return readBoolean(text);
  if (type !== 'choice' || choices.length === 0) return { ok: true, value: text };
  const named = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
  const value = named ?? (/^\d+$/.test(text) ? choices[Number(text) - 1] : undefined);
  return value === undefined
    ? { ok: false, why: `"${text}" is none of them: type the number or the name of one.` }
    : { ok: true, value };
}

function readNumber(text: string, min = -Infinity, max = Infinity): Answer {
  const value = Number(text);
  if (!/^-?\d+(\.\d+)?$/.test(text) || !Number.isFinite(value))
    return { ok: false, why: `"${text}" is no number.` };
  return value < min || value > max
    ? { ok: false, why: `It must be ${value < min ? `at least ${min}` : `at most ${max}`}.` }
    : { ok: true, value };
}

function readBoolean(text: string): Answer {
  if (/^(y|yes|true)$/i.test(text)) return { ok: true, value: true };
  return /^(n|no|false)$/i.test(text) ? { ok: true, value: false } : { ok: false, why: 'Answer yes or no.' };
}

/** Asks one after the other; undefined when nobody answers any more. */
export async function askAll(
  questions: readonly PlanQuestion[],
  ask: (prompt: string) => Promise<string | undefined>,
  say: (line: string) => void,
): Promise<JsonObject | undefined> {
  const data: JsonObject = {};
  for (const question of questions) {
    questionLines(question).forEach(say);
    for (;;) {
      const typed = await ask(`  ${plain(question.field)}: `);
      if (typed === undefined) return undefined;
      const answer = readAnswer(question, typed);
      if (answer.ok) {
        data[question.field] = answer.value;
        break;
      }
      say(`  ${plain(answer.why)}`);
    }
  }
  return data;
}
