"""A forward pass of the reference library in float32, with the logits of all tokens.

    python3 -m venv .venv && .venv/bin/pip install torch==2.13.0 transformers==5.24.0
    .venv/bin/python bench/peers/trace.py FOLDER --text TEXT --threads 2

Reads lines from the standard input and answers each with one of JSON: seconds, seconds of processor time, the number of
tokens, and the likeliest next token with its probability. bench/trace.js asks.
"""

import argparse
import json
import sys
import time

# this folder has a tokenizers.py of its own
sys.path.pop(0)

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

arguments = argparse.ArgumentParser()
arguments.add_argument("folder")
arguments.add_argument("--text", required=True)
arguments.add_argument("--threads", type=int, default=2)
given = arguments.parse_args()

torch.set_num_threads(given.threads)
model = AutoModelForCausalLM.from_pretrained(given.folder, dtype=torch.float32).eval()
tokenizer = AutoTokenizer.from_pretrained(given.folder)

for _ in sys.stdin:
    begun, used = time.perf_counter(), time.process_time()
    with torch.inference_mode():
        ids = tokenizer(given.text, return_tensors="pt").input_ids
        logits = model(ids, use_cache=False).logits[0]
    seconds, processor = time.perf_counter() - begun, time.process_time() - used
    p, token = torch.softmax(logits[-1].double(), -1).max(-1)
    answer = {"seconds": seconds, "processor": processor, "tokens": ids.shape[1], "token": token.item(), "p": p.item()}
    print(json.dumps(answer), flush=True)
