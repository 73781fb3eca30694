"""x"""
def warm(e): pass
def second_look(*a): return []
