/** Tables that a program has in memory. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { factsOf } from "../../domain/content/Kinds.ts"
import { type Columns, fromRows, type Overrides, type Row } from "../../domain/votable/FromRows.ts"
import { describe, type Table } from "../../domain/votable/Table.ts"
import { check, toBytes } from "../../domain/votable/Write.ts"
import type { ListenError } from "../../ports/CallServer.ts"
import type { DataError, DataServer } from "../../ports/DataServer.ts"
import type { FileError, FileStore } from "../../ports/FileStore.ts"
import { access, type Source, type Way } from "./Source.ts"

/** Rows, columns, or a table with all its metadata. */
export type TableLike = ReadonlyArray<Row> | Columns | Table

/** A table that cannot be written as a VOTable; says which row and column are to blame. */
export class UnfitTable extends Data.TaggedError("UnfitTable")<{ readonly detail: string }> {
  override get message(): string {
    return this.detail
  }
}

const isTable = (table: TableLike): table is Table => "rows" in table

/** What a program can say of a table beside its values. */
export interface TableOptions {
  readonly name?: string | undefined
  readonly description?: string | undefined
  /** Units, types and the like by the names of columns. */
  readonly columns?: Overrides | undefined
}

/** A VOTable of rows or columns. */
export const votable = (
  table: TableLike,
  { columns, description, name }: TableOptions = {}
): Effect.Effect<Uint8Array, UnfitTable> =>
  Effect.suspend(() => {
    const made = isTable(table) ? check(table) : fromRows(table, columns)
    if (Result.isFailure(made)) return Effect.fail(new UnfitTable({ detail: describe(made.failure) }))
    const described = {
      ...made.success,
      name: name ?? made.success.name,
      description: description ?? made.success.description
    }
    return Effect.succeed(toBytes(described))
  })

/** The source of a table: rows are written as a VOTable, everything else is where it is. */
export const tableSource = (
  table: TableLike | Source,
  options: TableOptions
): Effect.Effect<Source, UnfitTable> =>
  "file" in table || "url" in table || "bytes" in table
    ? Effect.succeed(table)
    : Effect.map(votable(table, options), (bytes) => ({ bytes }))

/**
 * A URL of a table for as long as the scope lives; what pyvo calls `accessible_table`.
 *
 * @param way - `http`, the default, or `file` for receivers that know no HTTP
 */
export const accessibleTable = (
  table: TableLike,
  options: TableOptions & { readonly way?: Way | undefined } = {}
): Effect.Effect<
  string,
  UnfitTable | FileError | DataError | ListenError,
  FileStore | DataServer | Scope.Scope
> =>
  Effect.flatMap(
    votable(table, options),
    (bytes) => access({ _tag: "Bytes", bytes }, factsOf.votable, options.way ?? "http")
  )
