import { execFileSync } from 'node:child_process';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { shellValue } from './shell-value.ts';

const shell = (line: string): string =>
  execFileSync('sh', ['-c', `${line}\nprintf %s "$V"`], { encoding: 'utf8' });

test.each(['plain', 'two words', '$HOME `id` \\ "x"', "it's", `it's "$HOME"`, 'a=b#c'])(
  '%s means the same to a shell',
  (value) => {
    expect(shell(`V=${shellValue(value)}`)).toBe(value);
  },
);

test.each(['plain', 'two words', '$HOME `id` \\ "x"', "it's", 'a=b#c'])(
  '%s means the same to Node',
  (value) => {
    expect(parseEnv(`V=${shellValue(value)}`)['V']).toBe(value);
  },
);
