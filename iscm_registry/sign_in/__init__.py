"""Who comes in, and what they have to show for it.

django-allauth does the work; what stands here is what the registry decides: there is
no sign-up, staff need a second factor, sessions end, and an organisation's own sign-in
opens only accounts that an administrator has made.
"""
