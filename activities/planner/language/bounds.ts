type Bound = 'max' | 'min' | 'none';

const LESS =
  /(?:\b(?:under|below|beneath|at\s+most|up\s+to|max(?:imum|\.)?(?:\s+(?:of|is|cost|price|budget|spend))?|(?:less|cheaper|lower|fewer)\s+than|(?:budget|limit|limited|cap|capped|ceiling|keep)(?:\s+(?:it|them|this|(?:the\s+)?(?:cost|costs|price|total)))?(?:\s+(?:of|is|at|to))?|spend(?:\s+only)?|within)|<=?|≤)[\s:=]*(?:(?:a\s+total\s+of|the|about|only)\s+)?$/iu;
const MORE =
  /(?:\b(?:at\s+least|(?:more|higher|greater)\s+than|more|over|above|beyond|exceed(?:s|ing)?|min(?:imum)?(?:\s+of)?|upwards\s+of|from)|>=?|≥)[\s:=]*$/iu;
const LEAST = /\b(?:at\s+least|from|min(?:imum)?(?:\s+of)?)[\s:=]*$/iu;
const NOT = /(?:\b(?:not|no|never|nothing|none|without|cannot|dont|wont|neither)\b|n['’]t\b)[^.;!?\n]*$/iu;
const LESS_AFTER =
  /^\s*(?:\(?max(?:imum)?\b|at\s+(?:the\s+)?most\b|or\s+(?:less|under|cheaper|below|lower)\b|tops\b|limit\b|budget\b)/iu;
const MORE_AFTER = /^\s*(?:or\s+more\b|at\s+least\b|min(?:imum)?\b|and\s+(?:up|above|more)\b)/iu;
const RANGE_START = /^\s*(?:(?:-|–)\s*[$€£¥]?\s?\d|to\s+[$€£¥]\s?\d)/u;
const RANGE_END = /(?:\bbetween\s+\S{1,20}\s+and|\d\s?(?:-|–|to|[$€£¥]\s?(?:-|–|to)))\s*$/iu;
/** "not under 5", "no less than 5". */
const NOT_LESS = /(?:\b(?:not|never|no)|n['’]t)\s+$/iu;
const AROUND = 48;

/** What the words around a number say about it: "not over" is a maximum, "not less than" a minimum. */
export function boundOf(masked: string, from: number, to: number): Bound {
  const before = masked.slice(Math.max(0, from - AROUND), from);
  const after = masked.slice(to, to + AROUND);
  const less = LESS.exec(before);
  if (less !== null)
    return NOT_LESS.test(before.slice(0, less.index)) && /^(?:under|below|\w+\s+than)/iu.test(less[0])
      ? 'min'
      : 'max';
  const more = MORE.exec(before);
  if (more !== null) return !LEAST.test(before) && NOT.test(before.slice(0, more.index)) ? 'max' : 'min';
  if (LESS_AFTER.test(after) || RANGE_END.test(before)) return 'max';
  return MORE_AFTER.test(after) || RANGE_START.test(after) ? 'min' : 'none';
}
