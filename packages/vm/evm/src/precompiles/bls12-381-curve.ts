import { createRequire } from "node:module";
import { bigIntToFixedBytes, bytesToBigInt, concatBytes } from "@ghostchain/encoding";
import type { AffinePoint } from "@noble/curves/abstract/curve.js";
import type { IField } from "@noble/curves/abstract/modular.js";
import type { WeierstrassPoint, WeierstrassPointCons } from "@noble/curves/abstract/weierstrass.js";

const require = createRequire(import.meta.url);

/** A number of the base field is 16 zero bytes and 48 bytes, big-endian. */
const NUMBER_BYTES = 64;

/** An element of the field that a group's coordinates are in, as EIP-2537 encodes it. */
interface FieldCodec<F> {
  readonly sizeBytes: number;
  /** Undefined where a number is not below the field's order. */
  read(bytes: Uint8Array): F | undefined;
  write(element: F): Uint8Array;
}

/** One of the two groups of the curve, as EIP-2537 encodes it. */
export interface BlsGroup<F> {
  readonly Point: WeierstrassPointCons<F>;
  readonly field: FieldCodec<F>;
  readonly pointBytes: number;
  /** A point of the curve, perhaps outside the group; zeros are infinity. Undefined where there is none. */
  readOnCurve(bytes: Uint8Array): WeierstrassPoint<F> | undefined;
  readInGroup(bytes: Uint8Array): WeierstrassPoint<F> | undefined;
  write(point: AffinePoint<F>): Uint8Array;
  /** The sum of points of the group, each multiplied by its scalar, which is below the group's order. */
  weightedSum(points: WeierstrassPoint<F>[], scalars: bigint[]): AffinePoint<F>;
  /** The point of the group that a field element stands for. */
  mapToCurve(element: F): AffinePoint<F>;
}

/** Loaded when first called: few programs need it, and a node should start at once. */
export function loadBls() {
  const { bls12_381: bls } =
    require("@noble/curves/bls12-381.js") as typeof import("@noble/curves/bls12-381.js");
  const numbers: FieldCodec<bigint> = {
    sizeBytes: NUMBER_BYTES,
    read(bytes) {
      const number = bytesToBigInt(bytes);
      return number < bls.fields.Fp.ORDER ? number : undefined;
    },
    write: (number) => bigIntToFixedBytes(number, NUMBER_BYTES),
  };
  const pairs: FieldCodec<{ c0: bigint; c1: bigint }> = {
    sizeBytes: 2 * NUMBER_BYTES,
    read(bytes) {
      const c0 = numbers.read(bytes.subarray(0, NUMBER_BYTES));
      const c1 = numbers.read(bytes.subarray(NUMBER_BYTES));
      return c0 === undefined || c1 === undefined ? undefined : { c0, c1 };
    },
    write: ({ c0, c1 }) => concatBytes(numbers.write(c0), numbers.write(c1)),
  };
  // noble takes a single number here, against its own declaration.
  const mapToG1 = bls.G1.mapToCurve as unknown as (number: bigint) => AffinePoint<bigint>;
  return {
    bls,
    g1: createGroup(bls.G1.Point, bls.fields.Fp, numbers, mapToG1),
    g2: createGroup(bls.G2.Point, bls.fields.Fp2, pairs, ({ c0, c1 }) =>
      bls.G2.mapToCurve([c0, c1]),
    ),
  };
}

function createGroup<F>(
  Point: WeierstrassPointCons<F>,
  arithmetic: IField<F>,
  field: FieldCodec<F>,
  mapToCurve: (element: F) => AffinePoint<F>,
): BlsGroup<F> {
  const { pippenger } =
    require("@noble/curves/abstract/curve.js") as typeof import("@noble/curves/abstract/curve.js");
  const { b } = Point.CURVE();
  const isOnCurve = (x: F, y: F) => {
    const cube = arithmetic.mul(arithmetic.sqr(x), x);
    return arithmetic.eql(arithmetic.sqr(y), arithmetic.add(cube, b));
  };
  const readOnCurve = (bytes: Uint8Array) => {
    if (bytes.every((byte) => byte === 0)) return Point.ZERO;
    const x = field.read(bytes.subarray(0, field.sizeBytes));
    const y = field.read(bytes.subarray(field.sizeBytes));
    if (x === undefined || y === undefined || !isOnCurve(x, y)) return undefined;
    return Point.fromAffine({ x, y });
  };
  return {
    Point,
    field,
    pointBytes: 2 * field.sizeBytes,
    readOnCurve,
    readInGroup(bytes) {
      const point = readOnCurve(bytes);
      return point?.isTorsionFree() ? point : undefined;
    },
    write: ({ x, y }) => concatBytes(field.write(x), field.write(y)),
    weightedSum: (points, scalars) => pippenger(Point, points, scalars).toAffine(),
    mapToCurve,
  };
}
