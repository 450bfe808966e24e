interface Instruction {
  keyword: string;
  value: string;
}

/** What is wrong with a Dockerfile by our own rules, a sentence each. */
export function dockerfileProblems(text: string): string[] {
  const instructions = parseDockerfile(text);
  const images = valuesOf(instructions, 'FROM').map((value) => value.split(/\s+/)[0] ?? '');
  const final = instructions.slice(instructions.findLastIndex(({ keyword }) => keyword === 'FROM'));
  const user = valuesOf(final, 'USER').at(-1);
  const firstCopy = instructions.findIndex(
    ({ keyword, value }) => keyword === 'COPY' && value.startsWith('. '),
  );
  const installs = valuesOf(instructions, 'RUN').filter((value) => /npm (ci|i|install)\b/.test(value));
  const rules: [boolean, string][] = [
    [images.length > 1, 'Build in stages, so that the tools of the build stay behind.'],
    [
      new Set(images).size === 1,
      `All stages share one base image, to have one libc and one Node: ${[...new Set(images)].join(', ')}`,
    ],
    [user !== undefined && !/^(root|0)(:|$)/.test(user), 'The last stage needs a USER that is not root.'],
    [
      valuesOf(final, 'HEALTHCHECK').some((value) => value.includes('CMD')),
      'The last stage needs a HEALTHCHECK.',
    ],
    [
      valuesOf(final, 'CMD').some((value) => value.startsWith('[')),
      'The last stage needs a CMD in JSON form: a shell would not pass SIGTERM on.',
    ],
    [
      installs.length > 0 && installs.every((value) => value.includes('npm ci')),
      'Install with npm ci, which keeps to the lock file.',
    ],
    [
      installs.some((value) => value.includes('--omit=dev') && value.includes('--omit=optional')),
      'The image must not hold development or embedded packages.',
    ],
    [
      firstCopy > instructions.findIndex(({ value }) => value.includes('npm ci')),
      'Install before copying sources, or each change installs again.',
    ],
    [
      !instructions.some(
        ({ keyword, value }) => keyword === 'ADD' || /(PASSWORD|SECRET|_KEY|TOKEN)=/.test(value),
      ),
      'No ADD, and no secrets.',
    ],
  ];
  return [
    ...images
      .filter((image) => !/:\d+\.\d+\.\d+-\w+(-slim)?$/.test(image))
      .map((image) => `${image} is not pinned to an exact version.`),
    ...images
      .filter((image) => image.includes('alpine'))
      .map((image) => `${image} has musl: Temporal's native core needs glibc.`),
    ...rules.filter(([holds]) => !holds).map(([, problem]) => problem),
  ];
}

/** The commands that images made from it can run: the last CMD. */
export function nodeVersionOf(text: string): string | undefined {
  return /^FROM node:(\d+\.\d+\.\d+)/m.exec(text)?.[1];
}

function parseDockerfile(text: string): Instruction[] {
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n');
  return lines.flatMap((line) => {
    const match = /^([A-Z]+)\s+(.*)$/.exec(line.trim());
    return match?.[1] && match[2] ? [{ keyword: match[1], value: match[2] }] : [];
  });
}

const valuesOf = (instructions: readonly Instruction[], keyword: string): string[] =>
  instructions.filter((instruction) => instruction.keyword === keyword).map(({ value }) => value);
