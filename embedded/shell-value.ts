/** A value for `NAME=value`, as a shell reads it, and Node's `parseEnv` wherever one pair of quotes is enough. */
export function shellValue(value: string): string {
  if (!value.includes("'")) return `'${value}'`;
  return /["$`\\]/.test(value) ? `'${value.replaceAll("'", String.raw`'\''`)}'` : `"${value}"`;
}
