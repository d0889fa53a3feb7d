"""What would a draft have changed? Past cases, or a generated year of them, decided twice: under the packs in force and under the draft.

Pure: judging.py what one side says and what makes a flip; counting.py sums that parts add up to; keeping.py which flips are kept;
seasons.py, shops.py, goods.py, year.py the generated year; sides.py packs into two stacks. With the database: reading.py past facts in
batches; writing.py flips and results; running.py parts, processes, cancel, resume; verbs.py and queries.py for the faces; jobs.py the job.
"""
