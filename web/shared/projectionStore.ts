import { immutableJSONPatch, type JSONPatchDocument } from "immutable-json-patch";

/** The session as this audience sees it: whole once, then patched. A gap in revisions asks for the whole again. */
export class ProjectionStore<View> {
  private view: View | undefined;
  private revision = 0;
  private readonly listeners = new Set<() => void>();
  private readonly askForWhole: () => void;

  constructor(askForWhole: () => void) {
    this.askForWhole = askForWhole;
  }

  readonly get = (): View | undefined => this.view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  replace(view: View, revision: number): void {
    this.set(view, revision);
  }

  /** Untouched branches stay identical, so that memo components of 115 sites stay still. */
  patch(operations: JSONPatchDocument, revision: number): void {
    if (this.view === undefined || revision !== this.revision + 1) this.askForWhole();
    else this.set(immutableJSONPatch(this.view, operations) as View, revision);
  }

  private set(view: View, revision: number): void {
    this.view = view;
    this.revision = revision;
    for (const listener of this.listeners) listener();
  }
}
