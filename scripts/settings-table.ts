import type { SettingsGroup } from './settings-groups.ts';
import type { Setting } from './settings-list.ts';

const SECRET = /(_KEY|_KEYPAIR|_PASSWORD|_SECRET|_TOKEN)$|^(\w+_)?DATABASE_(\w+_)?URL$/;
const OTHERS = { title: 'Others', reader: 'API, worker' };

/** True for values that must not be shown: keys, passwords, and URLs of databases, which contain a password. */
export const isSecret = ({ name, fallback }: Setting): boolean => fallback === '' && SECRET.test(name);

/** The settings as Markdown, one table for each group. Every setting is in it once. */
export function settingsTables(settings: readonly Setting[], groups: readonly SettingsGroup[]): string {
  const grouped = new Set(groups.flatMap(({ readers }) => Object.keys(readers)));
  const rest = settings.filter(({ name }) => !grouped.has(name));
  const others = {
    title: OTHERS.title,
    readers: Object.fromEntries(rest.map(({ name }) => [name, OTHERS.reader])),
  };
  return [...groups, ...(rest.length === 0 ? [] : [others])]
    .map((group) => groupTable(group, new Map(settings.map((setting) => [setting.name, setting]))))
    .join('\n');
}

function groupTable({ title, readers, note }: SettingsGroup, settings: ReadonlyMap<string, Setting>): string {
  const rows = Object.entries(readers).map(([name, reader]) => row(found(name, settings), reader));
  const table = `| setting | default | meaning | read by |\n| --- | --- | --- | --- |\n${rows.join('')}`;
  return `## ${title}\n\n${table}${note === undefined ? '' : `\n${note}\n`}`;
}

function found(name: string, settings: ReadonlyMap<string, Setting>): Setting {
  const setting = settings.get(name);
  if (setting === undefined)
    throw new Error(`There is no setting ${name} any more: take it out of scripts/settings-groups.ts.`);
  return setting;
}

function row(setting: Setting, reader: string): string {
  const { name, description, fallback, choices } = setting;
  const isFlag = choices.includes('true');
  const listed = isFlag || choices.length === 0 ? '' : ` One of ${choices.map(code).join(', ')}.`;
  const meaning = `${isSecret(setting) ? '**Secret.** ' : ''}${plain(description)}${listed}`;
  return `| ${code(name)} | ${fallback === '' ? '-' : code(fallback)} | ${meaning} | ${reader} |\n`;
}

/**
 * Descriptions are plain text. Unescaped, `<` would begin a tag, and `
 * ` would end a cell.
 */
const plain = (text: string): string => text.replaceAll('<', '&lt;').replaceAll('|', '\\|');

const code = (text: string): string => `\`${text}\``;
