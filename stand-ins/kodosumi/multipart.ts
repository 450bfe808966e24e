/** The parts of a small multipart body by name. Good for one piece of a file; not for bodies from strangers. */
export function readMultipart(body: Buffer, contentType: string): Map<string, Buffer> {
  const [, boundary] = /boundary="?([^";]+)"?/.exec(contentType) ?? [];
  const parts = new Map<string, Buffer>();
  if (boundary === undefined) return parts;
  const mark = Buffer.from(`--${boundary}`);
  let at = body.indexOf(mark);
  while (at !== -1) {
    const next = body.indexOf(mark, at + mark.length);
    if (next === -1) break;
    addPart(parts, body.subarray(at + mark.length + 2, next - 2)); // between the line ends
    at = next;
  }
  return parts;
}

function addPart(parts: Map<string, Buffer>, part: Buffer): void {
  const blank = part.indexOf('\r\n\r\n');
  const [, name] = /;\s*name="([^"]*)"/.exec(part.subarray(0, Math.max(blank, 0)).toString('utf8')) ?? [];
  if (name !== undefined) parts.set(name, part.subarray(blank + 4));
}
