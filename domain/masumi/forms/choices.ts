import type { ChoiceInput, FormInput } from './elements.ts';

/** Is something chosen, rather than written? */
export const isChoice = (input: FormInput): input is ChoiceInput =>
  input.kind === 'select' || input.kind === 'action';

/** Labels are shown where each of them means one choice; else names are. */
function showsLabels({ choices }: ChoiceInput): boolean {
  const labels = choices.map(({ label }) => label);
  return !labels.includes('') && new Set(labels).size === labels.length;
}

/** What a form shows to choose from: labels, or names where labels are empty or not all different. */
export function shownValues(input: ChoiceInput): string[] {
  const by = showsLabels(input) ? 'label' : 'name';
  return [...new Set(input.choices.map((choice) => choice[by]))];
}

/** How a form shows what is sent as `name`; undefined when it cannot be chosen. */
export function shownAs(input: ChoiceInput, name: string): string | undefined {
  const choice = input.choices.find((one) => one.name === name);
  return choice?.[showsLabels(input) ? 'label' : 'name'];
}

/** What a text chooses: `name` is what is sent. */
export type Chosen = { kind: 'chosen'; name: string } | { kind: 'none' } | { kind: 'ambiguous' };

/** Names and labels both choose. Where a text is the one's name and the other's label, what the form shows wins. */
export function choose(input: ChoiceInput, text: string): Chosen {
  const by = showsLabels(input) ? (['label', 'name'] as const) : (['name', 'label'] as const);
  for (const part of by) {
    const names = new Set(input.choices.filter((one) => one[part] === text).map(({ name }) => name));
    const [name] = names;
    if (name !== undefined) return names.size === 1 ? { kind: 'chosen', name } : { kind: 'ambiguous' };
  }
  return { kind: 'none' };
}
