"""Numbers of a few bits each, packed without gaps: bit k of a row is bit k mod 8 (least significant first) of its byte k // 8."""
import numpy as np


def pack(codes, bits):
    """codes [rows, count] of whole numbers below 2**bits -> uint8 [rows, ceil(count * bits / 8)]."""
    codes = np.asarray(codes)
    assert codes.min(initial=0) >= 0 and codes.max(initial=0) < 1 << bits, "a number does not fit its bits"
    stream = (codes[..., None].astype(np.int64) >> np.arange(bits) & 1).astype(np.uint8).reshape(len(codes), -1)
    return np.packbits(stream, axis=1, bitorder="little")


def unpack(rows, bits, count):
    """The inverse of `pack`: uint8 [rows, bytes] -> int64 [rows, count]."""
    stream = np.unpackbits(np.ascontiguousarray(rows), axis=1, bitorder="little")[:, :count * bits]
    return (stream.reshape(len(rows), count, bits).astype(np.int64) << np.arange(bits)).sum(-1)
