eval "$(.venv/bin/python -m sandbox environment --as practitioner --url http://127.0.0.1:8787)"
sh docs/samples/oma/execute.sh
.venv/bin/python docs/samples/oma/read.py
