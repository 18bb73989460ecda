"""All the rules of an organization read together, before citizens meet what is wrong with them."""
