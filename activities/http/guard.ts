import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { EngineError } from '../../domain/errors.ts';

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<string[]>;

export interface UrlGuard {
  /** Refuses what must not be called, with `url_refused`; answers the parsed URL. Resolves names. */
  check(url: string): Promise<URL>;
  /**
   * False for URLs that `check` refuses without resolving names: for their scheme, their shape or a host written as
   * private.
   */
  isFineAsWritten(url: string): boolean;
  /** True when a connection from this URL's host to this address is allowed. It is asked again at connect time. */
  permits(url: URL, address: string): boolean;
}

/**
 * Outbound URLs come from users, sellers and catalogues (common.md, "limits, auth"). Allowed are https to public
 * addresses and every host[:port] that the operator has listed. A host that is listed without a port is open on every
 * port. `setting` names the list in refusals; `guards.ts` says which purpose has which list.
 */
export function createUrlGuard({
  allowHosts,
  setting = 'SERVICE_HOSTS',
  resolve = resolveAll,
}: {
  allowHosts: readonly string[];
  setting?: string;
  resolve?: Resolve;
}): UrlGuard {
  const allowed = new Set(allowHosts.map((host) => host.toLowerCase()));
  const notPublic = `it leads to a private, local or reserved address; list its host in ${setting} if that is meant`;
  const isAllowed = ({ hostname, port, protocol }: URL): boolean =>
    allowed.has(hostname) || allowed.has(`${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`);

  /** What is wrong with the URL as it is written. */
  const faultOf = (url: URL): string | undefined => {
    if (url.username !== '' || url.password !== '') return 'it carries credentials';
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isAllowed(url)))
      return `only https is called; http needs its host in ${setting}`;
    return isAllowed(url) || !isPrivateAsWritten(url) ? undefined : notPublic;
  };
  const permits = (url: URL, address: string): boolean => isAllowed(url) || isPublic(address);

  return {
    isFineAsWritten: (text) => URL.canParse(text) && faultOf(new URL(text)) === undefined,
    permits,
    async check(text) {
      const url = parse(text);
      const fault = faultOf(url);
      if (fault !== undefined) throw refused(url, fault);
      if (isAllowed(url)) return url;
      const addresses = await addressesOf(url, resolve);
      if (!addresses.every((address) => permits(url, address))) throw refused(url, notPublic);
      return url;
    },
  };
}

/** Addresses in the one form that `URL` gives them, and the names that mean this machine everywhere. */
function isPrivateAsWritten(url: URL): boolean {
  const host = hostOf(url);
  return isIP(host) === 0 ? /(^|\.)localhost\.?$/.test(host) : !isPublic(host);
}

/** The host without the brackets of IPv6. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

function parse(text: string): URL {
  if (!URL.canParse(text)) throw new EngineError('url_refused', `"${text.slice(0, 200)}" is not a URL.`);
  return new URL(text);
}

async function addressesOf(url: URL, resolve: Resolve): Promise<string[]> {
  const host = hostOf(url);
  if (isIP(host) !== 0) return [host];
  const addresses = await resolve(host); // a failure here is the network's, so the call is worth a retry
  if (addresses.length === 0) throw refused(url, 'its name has no address');
  return addresses;
}

const resolveAll: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true, verbatim: true })).map(({ address }) => address);

const refused = (url: URL, why: string): EngineError =>
  new EngineError('url_refused', `${url.origin} is not called: ${why}.`);

/**
 * True for unicast addresses of the public internet, written as sockets write them. Of IPv6 only 2000::/3 is public.
 * IPv6 addresses that carry an IPv4 address (compatible, mapped, translated, NAT64, 6to4, Teredo, ISATAP) are not: a
 * gateway decides where they lead.
 */
export function isPublic(address: string): boolean {
  if (isIP(address) === 0 || address.includes('%')) return false;
  const ip = ipaddr.parse(address);
  return ip.range() === 'unicast' && (!(ip instanceof ipaddr.IPv6) || isGlobal(ip.parts));
}

const isGlobal = (parts: readonly number[]): boolean => (parts[0] ?? 0) >> 13 === 1 && !isIsatap(parts);

/** Interface identifiers 0000:5efe and 0200:5efe are followed by an IPv4 address (RFC 5214). */
const isIsatap = (parts: readonly number[]): boolean =>
  ((parts[4] ?? 0) | 0x0200) === 0x0200 && parts[5] === 0x5efe;
