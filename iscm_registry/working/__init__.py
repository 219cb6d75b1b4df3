"""What is done without anybody waiting for it: `manage.py work` does it.

`chores` lists what there is to do and how often, `lease` sees to it that one worker
does it, `letters` sends notices by e-mail.
"""
