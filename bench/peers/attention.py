"""One softmax-attention velocity on the sphere in float32, by numpy and by torch where they are installed.

python3 attention.py BETA N,D [N,D …] prints a JSON line for each peer and size: milliseconds, the best of
a few rounds, with as many threads as the library takes by itself. A peer that is absent has a line of its own.
"""
import json
import sys
import time


def best(step):
    step()
    times = []
    begun = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - begun < 0.7:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return 1e3 * min(times)


def unit_rows(numpy, n, d):
    x = numpy.random.default_rng(1).standard_normal((n, d)).astype(numpy.float32)
    return x / numpy.linalg.norm(x, axis=1, keepdims=True)


def numpy_step(numpy, x, beta):
    """v = softmax(β x xᵀ) x and its tangent part, as one writes it."""

    def step():
        scores = numpy.float32(beta) * (x @ x.T)
        a = numpy.exp(scores - scores.max(axis=1, keepdims=True))
        a /= a.sum(axis=1, keepdims=True)
        v = a @ x
        return v - (v * x).sum(axis=1, keepdims=True) * x

    return step


def numpy_step_in_place(numpy, x, beta):
    """The same with one n × n array that is kept from step to step."""
    scores = numpy.empty((len(x), len(x)), numpy.float32)

    def step():
        numpy.matmul(x * numpy.float32(beta), x.T, out=scores)
        numpy.subtract(scores, scores.max(axis=1, keepdims=True), out=scores)
        numpy.exp(scores, out=scores)
        v = scores @ x
        v /= scores.sum(axis=1, keepdims=True)
        return v - (v * x).sum(axis=1, keepdims=True) * x

    return step


def torch_step(torch, x, beta):
    """The library's own fused attention, for one head."""
    q = torch.from_numpy(x)[None, None]

    def step():
        v = torch.nn.functional.scaled_dot_product_attention(q, q, q, scale=beta)
        return v - (v * q).sum(-1, keepdim=True) * q

    return step


def torch_plain_step(torch, x, beta):
    """The same with the matrix of pairs."""
    q = torch.from_numpy(x)

    def step():
        v = torch.softmax(beta * (q @ q.T), dim=1) @ q
        return v - (v * q).sum(-1, keepdim=True) * q

    return step


def report(peer, library, n, d, ms):
    print(json.dumps({"peer": peer, "version": library.__version__, "n": n, "d": d, "ms": ms}))


def main():
    beta = float(sys.argv[1])
    sizes = [tuple(map(int, size.split(","))) for size in sys.argv[2:]]
    try:
        import numpy
    except ImportError:
        print(json.dumps({"peer": "numpy", "absent": True}))
        print(json.dumps({"peer": "torch", "absent": True}))
        return
    try:
        import torch
    except ImportError:
        torch = None
        print(json.dumps({"peer": "torch", "absent": True}))
    for n, d in sizes:
        x = unit_rows(numpy, n, d)
        report("numpy", numpy, n, d, best(numpy_step(numpy, x, beta)))
        report("numpy in place", numpy, n, d, best(numpy_step_in_place(numpy, x, beta)))
        if torch:
            with torch.no_grad():
                report("torch", torch, n, d, best(torch_plain_step(torch, x, beta)))
                report("torch fused", torch, n, d, best(torch_step(torch, x, beta)))


main()
