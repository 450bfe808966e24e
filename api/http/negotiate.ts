/**
 * True when one of `types` is named in Accept and outranks JSON; ties and wildcards go to JSON. Express' `req.accepts` gives
 * ties to what is named first or more precisely: whoever sends "text/html, *\/*" would get the page instead of JSON.
 */
export function prefers(accept: string | undefined, types: readonly string[]): boolean {
  const ranges = (accept ?? '').split(',').map(parseRange);
  const rank = (wanted: readonly string[]): number | undefined =>
    ranges
      .filter(({ type }) => wanted.includes(type))
      .reduce<number | undefined>((best, { q }) => Math.max(best ?? 0, q), undefined);
  const json = rank(['application/json']) ?? rank(['application/*']) ?? rank(['*/*']) ?? 0;
  return (rank(types) ?? 0) > json;
}

function parseRange(range: string): { type: string; q: number } {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const q = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
  return { type, q: Number.isFinite(q) ? q : 0 };
}
