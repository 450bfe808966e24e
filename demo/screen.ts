/** What the demo prints: plain lines anywhere, colours on a terminal. */
export interface Screen {
  title(text: string): void;
  line(text: string): void;
  detail(text: string): void;
  table(rows: readonly (readonly string[])[]): void;
}

export function createScreen(out: NodeJS.WriteStream = process.stdout): Screen {
  const style = (code: number, text: string): string =>
    out.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text;
  const line = (text: string): void => void out.write(`${text}\n`);
  return {
    line,
    title: (text) => line(`\n${style(1, `== ${text}`)}`),
    detail: (text) => line(style(2, `   ${text}`)),
    table(rows) {
      const widths = (rows[0] ?? []).map((_cell, column) =>
        Math.max(...rows.map((row) => (row[column] ?? '').length)),
      );
      for (const row of rows)
        line(
          `   ${row
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join('  ')
            .trimEnd()}`,
        );
    },
  };
}

/** A bar of `width` for `done` of `total`. */
export function bar(done: number, total: number, width = 20): string {
  const full = total === 0 ? width : Math.round((done / total) * width);
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${done}/${total}`;
}
