import type { MomentKind } from './moments.ts';

/** What every input has. `name` is the id of its MIP field and the key Kodosumi takes it by. */
export interface Input {
  name: string;
  label: string;
  required: boolean;
  placeholder?: string;
}

/** What a line of text must look like, as HTML's inputs of these types mean it. */
export type TextFormat = 'email' | 'url' | 'tel' | 'color';

/** A line, lines, or a secret. Lengths are in code points. A hidden line is filled in by whoever made the form. */
export interface TextInput extends Input {
  kind: 'string' | 'textarea' | 'password' | 'search' | 'hidden' | TextFormat;
  default?: string;
  minLength?: number;
  maxLength?: number;
  /** As HTML means it: it has to match all of the text. */
  pattern?: string;
}

/** A number, or a slider for one; `whole` where steps are whole numbers. `step` is told to people and not enforced. */
export interface NumberInput extends Input {
  kind: 'number' | 'range';
  default?: number;
  min?: number;
  max?: number;
  whole: boolean;
  step?: number;
}

/** A date, a time or both. Bounds and default are in the normal form of `momentOf`. */
export interface MomentInput extends Input {
  kind: MomentKind;
  default?: string;
  min?: string;
  max?: string;
}

/** A box to tick. It is never required. */
export interface BooleanInput extends Input {
  kind: 'boolean';
  default: boolean;
  /** The text beside the box. */
  option?: string;
}

/** `name` is what is sent, `label` what people read. */
export interface Choice {
  name: string;
  label: string;
}

/** A select, radio buttons, or all buttons of one name. One is chosen. */
export interface ChoiceInput extends Input {
  kind: 'select' | 'radio' | 'action';
  default?: string;
  choices: Choice[];
}

/** Files, given as URLs. */
export interface FileInput extends Input {
  kind: 'file';
  multiple: boolean;
}

export type FormInput = TextInput | NumberInput | MomentInput | BooleanInput | ChoiceInput | FileInput;

/** A text between the inputs. */
export interface Note {
  kind: 'note';
  text: string;
}
