/** The words of a text in order, lower case; names in camelCase and snake_case fall apart. */
export function wordsOf(text: string): string[] {
  return (
    text
      .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** A word as it is and without its common endings: "prices" is met by "price", "booking" by "book". */
export function formsOf(word: string): string[] {
  const forms = new Set([word]);
  const add = (stem: string): void => {
    if (stem.length >= 3) forms.add(stem);
  };
  if (word.endsWith('ies')) add(`${word.slice(0, -3)}y`);
  else if (/(?:ch|sh|x|z|ss)es$/.test(word)) add(word.slice(0, -2));
  else if (/[^su]s$/.test(word)) add(word.slice(0, -1));
  for (const ending of ['ing', 'ed', 'er'])
    if (word.length > ending.length + 2 && word.endsWith(ending)) {
      const stem = word.slice(0, -ending.length);
      add(stem);
      add(`${stem}e`);
      if (/([bdgmnprt])\1$/.test(stem)) add(stem.slice(0, -1));
    }
  for (const [ending, base] of DERIVED)
    if (word.length > ending.length + 2 && word.endsWith(ending))
      add(`${word.slice(0, -ending.length)}${base}`);
  return [...forms];
}

/** "Validator" and "validation" do what "validate" says. */
const DERIVED: readonly (readonly [string, string])[] = [
  ['ification', 'ify'],
  ['ifier', 'ify'],
  ['ator', 'ate'],
  ['ation', 'ate'],
];

/** All forms of all words: what a word is looked up in. */
export const vocabularyOf = (texts: readonly string[]): Set<string> =>
  new Set(texts.flatMap(wordsOf).flatMap(formsOf));

/** True when the word, in any of its forms, is one of the vocabulary. */
export const isIn = (word: string, vocabulary: ReadonlySet<string>): boolean =>
  formsOf(word).some((form) => vocabulary.has(form));
