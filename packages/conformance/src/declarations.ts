/** What a backend's test files declare of single cases, by id. */
import type { Case, CaseDeclaration, Difference } from './case.js';

/** What is one backend's own. Keys are case ids; an id that matches no case fails. */
export interface Declarations {
  /** Cases that the backend cannot support, each with the reason. */
  readonly unsupported?: Readonly<Record<string, string>>;
  /**
   * The text of the backend's error in cases that leave the text to backends.
   *
   * A backend that declares one text declares all of the suite. Without this no such text is checked.
   */
  readonly says?: Readonly<Record<string, RegExp>>;
  /** Cases of hostile servers that the backend ends differently. */
  readonly differs?: Readonly<Record<string, Difference>>;
}

/** Returns what is declared of the case with this id. */
export const declarationOf = ({ says, differs }: Declarations, id: string): CaseDeclaration => ({
  says: says?.[id],
  differs: differs?.[id],
});

/** Whether the case ends in an error with this backend, and leaves the text to the backend. */
function leavesText(each: Case, { differs }: Declarations): boolean {
  const ending = differs?.[each.id]?.ending ?? each.ending;
  return ending?.type === 'refused' && ending.says === undefined;
}

/** Returns one sentence for each declaration that no case reads, and for each text that is missing. */
export function declarationFaults(declarations: Declarations, cases: readonly Case[]): string[] {
  const { unsupported = {}, says = {}, differs = {} } = declarations;
  const idsOf = (readers: readonly Case[]) => new Set(readers.map(({ id }) => id));
  const open = idsOf(cases.filter((each) => leavesText(each, declarations)));
  const unread = (name: string, declared: object, ids: ReadonlySet<string>) =>
    Object.keys(declared)
      .filter((id) => !ids.has(id))
      .map((id) => `${name}: no case reads ${id}`);
  const missing =
    declarations.says === undefined ? [] : [...open].filter((id) => says[id] === undefined);
  return [
    ...unread('unsupported', unsupported, idsOf(cases)),
    ...unread('says', says, open),
    ...unread('differs', differs, idsOf(cases.filter(({ ending }) => ending !== undefined))),
    ...missing.map((id) => `says: no text for ${id}`),
  ];
}
