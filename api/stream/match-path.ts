import { match } from 'path-to-regexp';

export type PathMatcher = (pathname: string) => Readonly<Record<string, string>> | undefined;

/** Matches paths as Express does, for upgrades, which Express does not see; undefined when it is another path. */
export function createPathMatcher(pattern: string): PathMatcher {
  const matches = match<Record<string, string>>(pattern, { sensitive: true });
  return (pathname) => {
    try {
      const found = matches(pathname);
      return found === false ? undefined : found.params;
    } catch {
      return undefined; // a malformed escape names nothing
    }
  };
}
