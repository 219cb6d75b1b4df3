"""The phrases by which a sheet tells the role of a State or an organisation, and more.

English phrases, with the usual ones in French and Spanish.
"""
