/** Where a process with these settings listens, as a URL that can be asked from this machine. */
export const baseUrl = ({ HOST: host, PORT: port }: { HOST: string; PORT: number }): string =>
  localUrl(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);

/** A server that listens on all addresses listens on this one, too. */
export function localUrl(url: string): string {
  const { hostname, port } = new URL(url);
  const host = hostname === '0.0.0.0' ? '127.0.0.1' : hostname === '[::]' ? '[::1]' : hostname;
  return `http://${host}:${port || '80'}`;
}
