import type { Mention } from '../understanding/reading.ts';
import { typesOf, type Field } from './fields.ts';
import type { Scene } from './scene.ts';
import { isIn, vocabularyOf, wordsOf } from './words.ts';

export type Quote = Extract<Mention, { kind: 'quote' | 'url' | 'email' }> & { kind: 'quote' };

const LEAD = 40;
/** "the subject \"Lunch\"", "titled: ...": the word before a quote, but for what joins the two. */
const NAME = /(\p{L}+)\s*(?:(?:is|as|of|line|reads|saying)\s*)?[:=]?\s*["“”„«'‘`(]?$/u;

/** The quotes that a param may have: those that its name stands before, else those that no other param's name stands before. */
export function quotesFor(
  { name }: Field,
  { reading }: Pick<Scene, 'reading'>,
  fields: readonly Field[],
  mentions: readonly Mention[],
): Quote[] {
  const quotes = mentions.filter((one): one is Quote => one.kind === 'quote');
  const ownerOf = ({ span: [start] }: Quote): string | undefined => {
    const word = NAME.exec(reading.text.slice(Math.max(0, start - LEAD), start))?.[1]?.toLowerCase();
    return word === undefined
      ? undefined
      : fields.find(
          (field) =>
            isText(field) && wordsOf(field.name).length === 1 && isIn(word, vocabularyOf([field.name])),
        )?.name;
  };
  const own = quotes.filter((quote) => ownerOf(quote) === name);
  return own.length > 0 ? own : quotes.filter((quote) => ownerOf(quote) === undefined);
}

const isText = ({ schema }: Field): boolean => typesOf(schema).has('string');
