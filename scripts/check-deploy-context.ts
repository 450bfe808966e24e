/** True when a path gets into the build context by the lines of .dockerignore: the last line that matches decides. */
export function isInContext(path: string, ignoreFile: string): boolean {
  let included = true;
  for (const line of ignoreFile.split('\n').map((text) => text.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    if (toExpression(line.replace(/^!/, '')).test(path)) included = line.startsWith('!');
  }
  return included;
}

/**
 * Docker's patterns: `*` stays within a folder and matches dot files too, `**` crosses folders; a match includes its
 * content.
 */
function toExpression(pattern: string): RegExp {
  const source = pattern
    .split(/(\*\*\/|\*\*|\*)/)
    .map(
      (part) =>
        ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*' })[part] ??
        part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${source}(?:/|$)`);
}
