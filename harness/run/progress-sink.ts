/** Where a run says what it is doing. Whoever runs it decides how that looks; a run never prints. */

export interface ProgressSink {
  /** A new phase begins, such as `steady` of `omega`. */
  phase(name: string, detail: string): void;
  /** How the phase is doing; may be called often, may be dropped. `fraction` of the phase that is done, 0 to 1. */
  update(progress: { text: string; fraction?: number }): void;
  /** Something that taints a figure or that a person should know; never dropped. */
  warn(text: string): void;
  /** The phase, or the whole run, is done. */
  done(text: string): void;
}
