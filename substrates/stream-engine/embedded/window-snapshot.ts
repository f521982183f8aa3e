/** A window as a checkpoint holds it, and back: deep copies, so that counting goes on while a snapshot is written. */
import type { CheckpointWindow } from './checkpoint-codec.ts';
import type { Window } from './partition-windows.ts';
import { ROW_INTEGERS, WindowTable } from './window-table.ts';

/** `sealedFile` names the file that holds the rows already, if the window can change no more. */
export function packWindow(window: Window, sealedFile: string | undefined): CheckpointWindow {
  return {
    hourStartMs: window.hourStartMs,
    phase: window.phase,
    sealed: window.sealed,
    rows: sealedFile === undefined ? window.table.pack() : { file: sealedFile },
    lateRows: window.late?.pack(),
  };
}

/** `rows` are the saved window's own, or those of the file that it names. */
export function unpackWindow(saved: CheckpointWindow, rows: Int32Array): Window {
  return {
    hourStartMs: saved.hourStartMs,
    phase: saved.phase,
    sealed: saved.sealed,
    table: tableOf(rows),
    late: saved.lateRows === undefined ? undefined : tableOf(saved.lateRows),
  };
}

function tableOf(rows: Int32Array): WindowTable {
  const table = new WindowTable(rows.length / ROW_INTEGERS);
  table.addRows(rows);
  return table;
}
