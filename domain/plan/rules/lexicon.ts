import { formsOf } from './words.ts';

/** Words that ask for the same kind of thing: a service that uses one is found by the others. */
const KIN: readonly string[] = [
  'price quote worth performance close closes closing',
  'exchange convert conversion',
  'history historical historic past',
  'chart graph plot diagram visualize visualise visualization visualisation sparkline',
  'statistics statistic statistical stats mean median average deviation volatility volatile variance',
  'trend direction slope momentum',
  'analyze analyse analysis analytics examine evaluate assess insight',
  'forecast predict prediction projection extrapolate outlook',
  'sentiment mood tone emotion opinion polarity',
  'keyword keyphrase',
  'summary summarize summarise condense shorten digest recap gist tldr',
  'translate translation',
  'report dossier briefing memo writeup',
  'book booking reserve reservation',
  'hotel accommodation lodging stay',
  'token coin crypto cryptocurrency',
  'symbol ticker',
  'company firm business corporation',
  'weather climate',
  'news headline',
  'picture image photo',
  'text passage article paragraph',
  'creditworthiness creditworthy credit',
  'email mail',
];

const KIN_OF = new Map<string, Set<string>>();
for (const group of KIN) {
  const words = group.split(' ');
  for (const word of words)
    KIN_OF.set(word, new Set([...(KIN_OF.get(word) ?? []), ...words.flatMap(formsOf)]));
}

/** Forms of words that ask for the same as this one; empty for most. */
export const kinOf = (word: string): ReadonlySet<string> =>
  formsOf(word).flatMap((form) => KIN_OF.get(form) ?? [])[0] ?? NONE;

/** Words that a reader of requests must know besides the catalogue's. */
export const plannerWords = (): string[] => [...KIN.flatMap((group) => group.split(' ')), ...COMMON];

const NONE: ReadonlySet<string> = new Set();

const COMMON = 'please thanks show make create compute calculate write draw'.split(' ');

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Verbs that say nothing about what is wanted: their object does. */
const PLAIN_VERBS = words(
  'be do have get give make create generate build produce prepare compile fetch retrieve pull obtain show tell find check ' +
    'display provide read take run compute calculate determine present return look up need want like love help let know see ' +
    'start go use say ask answer deliver please try add include put set bring draw write buy pay work turn become keep hear ' +
    'perform execute conduct carry grab load download request require happen mean call name cover base follow begin ' +
    'spend gimme lemme wonder gimme extract identify detect list give learn understand view watch review explain describe share supply hand output',
);

export const isPlainVerb = (word: string): boolean => formsOf(word).some((form) => PLAIN_VERBS.has(form));

/** Words that never change what is bought: courtesy, praise, size of the answer, and the grammar's own. */
const SOFT = words(
  'a an and the of for to in on at by with from into or is are was were be been am it its this that these those as then also ' +
    'please me my our ours your yours i we you us he she they him her them their his hers can could would should will shall ' +
    'may might must using use via per about around over under than all any some each every both one last past next following ' +
    'previous recent latest current currently now today so up out but if there here who what which when where why how much many ' +
    'just only very really quite too more most less well good great nice nicely beautiful pretty professional proper properly ' +
    'quick quickly fast brief briefly short simple simply basic full fully complete detailed detail overview easy clear ' +
    'clearly clean clearly helpful possible possibly kind kindly thanks thank thx hi hello hey dear hey ok okay sorry yes ' +
    'first second third finally lastly afterwards after before together available whole entire total overall own same result ' +
    'results output data information info thing things stuff something anything everything way kind sort type list lot bit ' +
    'number figure figures value values day days hour hours week weeks month months year years period time times window since ' +
    'during ago until till within between against out onto off let lets got gonna wanna s t m re ve ll d don doesn ' +
    'new big small visual visually numeric based basis part copy form format ' +
    'piece set series end beginning side job task request question favor favour ' +
    'again always already still even maybe perhaps basically actually asap soon immediately quickly ' +
    'otherwise else whenever finding findings outcome outcomes confirmation response reply moment ready ' +
    'nothing cheap cheaper cheapest ' +
    'plus too versus check-in check-out checkin checkout arrival arriving departure leaving arrive starting right separately exactly ' +
    'not no nor neither either other another such thereof therefor later earlier daily ' +
    "pls plz thx ty cheers whether lovely great nicest appreciated i'd i'll i'm i've we'd we'll we're we've it's what's that's let's",
);

export const isSoft = (word: string): boolean => SOFT.has(word) || /^\p{L}$/u.test(word);

/** Words after which a phrase tells what the work is for, not what it is. */
const PURPOSE = words('for because since so while');
export const beginsPurpose = (word: string): boolean => PURPOSE.has(word);

/** Words for what work is done on: they never say what is to be done. */
const MATERIAL = words(
  'text texts data series numbers values passage article paragraph sentence sentences document message content input points',
);
export const isMaterial = (word: string): boolean => MATERIAL.has(word);
