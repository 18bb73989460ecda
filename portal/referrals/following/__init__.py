"""The life of a referral: made, sent, received, answered, and followed until someone has the person."""
