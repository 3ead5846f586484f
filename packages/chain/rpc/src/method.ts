import { RpcError } from "./rpc-error.ts";
import type { RpcSession } from "./session.ts";

/** Turns one JSON value into what a method works with, or throws `RPC_PARAMS_INVALID`. */
export type Reader<T> = (value: unknown) => T;

export interface Parameter<T> {
  readonly name: string;
  readonly read: Reader<T>;
  /** Absent: the parameter must be given. */
  readonly fallback?: { readonly value: T };
}

/** One JSON-RPC method, its parameters checked before `run` sees them. */
export interface RpcMethod {
  readonly parameters: readonly Parameter<unknown>[];
  /** Neighbours of this method in a batch may begin before the one before has answered. */
  readonly runsTogether?: boolean;
  call(params: readonly unknown[], session: RpcSession): unknown;
}

/** Methods by the name clients call. */
export type MethodTable = Readonly<Record<string, RpcMethod>>;

export function method<const P extends readonly Parameter<unknown>[]>(
  parameters: P,
  run: (values: ValuesOf<P>, session: RpcSession) => unknown,
): RpcMethod {
  return {
    parameters,
    call: (params, session) => run(readValues(parameters, params) as ValuesOf<P>, session),
  };
}

export function required<T>(name: string, read: Reader<T>): Parameter<T> {
  return { name, read };
}

/** `fallback` stands in when the parameter is left out or null. */
export function optional<T>(name: string, read: Reader<T>, fallback: T): Parameter<T> {
  return { name, read, fallback: { value: fallback } };
}

type ValuesOf<P extends readonly Parameter<unknown>[]> = {
  [K in keyof P]: P[K] extends Parameter<infer T> ? T : never;
};

function readValues(parameters: readonly Parameter<unknown>[], params: readonly unknown[]) {
  if (params.length > parameters.length) {
    throw invalid([], `too many arguments, want at most ${parameters.length}`);
  }
  return parameters.map((parameter, index) => readValue(parameter, index, params[index]));
}

function readValue(parameter: Parameter<unknown>, index: number, value: unknown): unknown {
  if (value === undefined || value === null) {
    if (parameter.fallback) return parameter.fallback.value;
    throw invalid([], `missing value for required argument ${index} (${parameter.name})`);
  }
  try {
    return parameter.read(value);
  } catch (error) {
    throw withinPath(`${index} (${parameter.name})`, error);
  }
}

/** Says where in a larger value a reader's complaint arose. */
export function withinPath(step: string, error: unknown): unknown {
  if (!(error instanceof RpcError) || error.fault.code !== "RPC_PARAMS_INVALID") return error;
  return invalid([step, ...error.fault.path], error.fault.problem);
}

function invalid(path: readonly string[], problem: string): RpcError {
  return new RpcError({ code: "RPC_PARAMS_INVALID", path, problem });
}
