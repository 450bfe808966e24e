/** Names that everybody uses for a symbol. A catalogue's own names come before these. */
const COINS: { readonly [symbol: string]: readonly string[] } = {
  SOL: ['solana'],
  ETH: ['ethereum', 'ether'],
  BTC: ['bitcoin'],
  USDC: ['usd coin'],
  USDT: ['tether'],
  ADA: ['cardano'],
  DOT: ['polkadot'],
  DOGE: ['dogecoin'],
  AVAX: ['avalanche'],
  LTC: ['litecoin'],
  XRP: ['ripple'],
  LINK: ['chainlink'],
  POL: ['polygon', 'matic'],
  MATIC: ['polygon'],
  JUP: ['jupiter'],
  BNB: ['binance coin'],
  TRX: ['tron'],
  XLM: ['stellar'],
  ATOM: ['cosmos'],
  UNI: ['uniswap'],
  USD: ['dollar', 'dollars', 'us dollar', 'us dollars', '$'],
  EUR: ['euro', 'euros', '€'],
  GBP: ['pound', 'pounds', '£'],
  JPY: ['yen', '¥'],
  CHF: ['franc', 'francs', 'swiss francs'],
};

export const namesOfSymbol = (symbol: string): readonly string[] => {
  const key = symbol.toUpperCase();
  return Object.hasOwn(COINS, key) ? COINS[key]! : [];
};

const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });

/** English name of a language code: "de" and "de-AT" are German. */
export function nameOfLanguage(code: string): string | undefined {
  const base = /^([a-z]{2,3})(?:[-_][a-z0-9]+)*$/i.exec(code)?.[1];
  return base === undefined ? undefined : names.of(base.toLowerCase());
}
