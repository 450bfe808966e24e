import { RE2JS } from 're2js';

/** Compiled patterns by text, least recently used first; undefined: RE2 cannot compute it. */
const compiled = new Map<string, RE2JS | undefined>();
const MAX_COMPILED = 500;
/** Longer patterns are not compiled: nobody needs them, and compiling takes time, too. */
const MAX_PATTERN_LENGTH = 2000;
/** Program size times text length: some 50 ms of this process. RE2 is linear in both. */
const MAX_WORK = 50_000_000;

/**
 * Says whether all of the text matches the pattern of an HTML input. Never backtracks, whatever the pattern and the
 * text. Patterns that RE2 cannot compute (look-around, back references, set operations in classes) are not checked:
 * patterns are meant for browsers, and Kodosumi's own server checks none. A text too long for its pattern does not
 * match.
 */
export function matches(pattern: string, text: string): boolean {
  const program = compile(pattern);
  if (program === undefined) return true;
  return program.programSize() * text.length <= MAX_WORK && program.matches(text);
}

function compile(pattern: string): RE2JS | undefined {
  const known = compiled.has(pattern);
  const program = known ? compiled.get(pattern) : tryCompile(pattern);
  compiled.delete(pattern);
  compiled.set(pattern, program);
  if (compiled.size > MAX_COMPILED) compiled.delete(compiled.keys().next().value!);
  return program;
}

function tryCompile(pattern: string): RE2JS | undefined {
  if (pattern.length > MAX_PATTERN_LENGTH || hasSetNotation(pattern)) return undefined;
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch {
    return undefined;
  }
}

/**
 * RE2 reads `[a-z&&[^b]]`, `[a--b]`, `[a[b]]` and `[]` without complaint, but gives them another meaning than
 * JavaScript, which knows sets and empty classes.
 */
function hasSetNotation(pattern: string): boolean {
  const [, ...classes] = pattern.replaceAll(/\\[^]/g, 'x').split('[');
  return classes.some((from, index) => {
    const inside = from.split(']', 1)[0]!;
    const isOpen = inside.length === from.length && index < classes.length - 1;
    return isOpen || inside === '' || inside === '^' || /&&|--/.test(inside);
  });
}
